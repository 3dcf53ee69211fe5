// A table of squares by keyboard: one stop for Tab, arrow keys inside; with Shift they paint what the square they leave is.

type Square = HTMLInputElement | HTMLButtonElement | null;

const STEPS: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

export function rove(table: HTMLTableElement): void {
  const rows = [...table.rows].map((row) => [...row.cells].map((cell) => cell.querySelector<HTMLInputElement | HTMLButtonElement>("input, button")));
  for (const square of rows.flat()) if (square) square.tabIndex = -1;
  rows[1]![1]!.tabIndex = 0;
  table.addEventListener("focusin", ({ target }) => {
    for (const square of rows.flat()) if (square) square.tabIndex = square === target ? 0 : -1;
  });
  table.addEventListener("keydown", (event) => pressed(event, table, rows));
}

function pressed(event: KeyboardEvent, table: HTMLTableElement, rows: Square[][]): void {
  const from = event.target as Square;
  const row = rows.findIndex((one) => one.includes(from));
  if (row < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
  const column = rows[row]!.indexOf(from);
  // Enter would send the form off.
  if (event.key === "Enter" && from instanceof HTMLInputElement) {
    event.preventDefault();
    from.click();
    return;
  }
  const to = target(event.key, table, [row, column], rows);
  if (!to) return;
  event.preventDefault();
  if (event.shiftKey && from instanceof HTMLInputElement && to instanceof HTMLInputElement && to.checked !== from.checked) {
    to.checked = from.checked;
    to.dispatchEvent(new Event("input", { bubbles: true }));
  }
  to.focus();
}

function target(key: string, table: HTMLTableElement, [row, column]: [number, number], rows: Square[][]): Square {
  if (key === "Home") return rows[row]!.find((one) => one instanceof HTMLInputElement) ?? null;
  if (key === "End") return rows[row]!.at(-1) ?? null;
  const step = STEPS[key];
  if (!step) return null;
  // On a narrow screen the style sheet lays days side by side: then down is the next hour.
  const [down, right] = getComputedStyle(table).display === "grid" ? [step[1], step[0]] : step;
  return rows[row + down]?.[column + right] ?? null;
}
