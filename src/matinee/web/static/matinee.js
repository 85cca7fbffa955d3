// Everything works without these; with them, less waiting.
import { finding } from "./finding.js";
import { player } from "./player.js";
import { rows } from "./rows.js";
import { saying } from "./saying.js";
import { taste } from "./taste.js";
import { welcome } from "./welcome.js";

for (const enhance of [rows, saying, finding, player, welcome, taste]) enhance(document);
