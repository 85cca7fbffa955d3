// First visit: how many are picked, and a history that is dropped on the page.

export function welcome(root) {
  const picks = root.querySelector(".picks");
  const drop = root.querySelector(".drop");
  if (!picks || !drop) return;
  const said = picks.querySelector(".picked");
  picks.addEventListener("change", () => {
    const count = picks.querySelectorAll("input:checked").length;
    said.textContent = count ? `${count} picked` : "";
  });
  const file = drop.querySelector("input[type=file]");
  for (const kind of ["dragover", "dragleave", "drop"]) {
    root.addEventListener(kind, (event) => {
      if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
      event.preventDefault();
      drop.classList.toggle("over", kind === "dragover");
      if (kind !== "drop" || !event.dataTransfer.files.length) return;
      file.files = event.dataTransfer.files;
      drop.requestSubmit();
    });
  }
}
