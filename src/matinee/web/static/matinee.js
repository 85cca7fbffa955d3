// Everything works without these; with them, less waiting.
import { finding } from "./finding.js";
import { rows } from "./rows.js";
import { saying } from "./saying.js";

rows(document);
saying(document);
finding(document);
