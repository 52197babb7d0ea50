/* Problems of the check, by the paths that their places name. */

const STEP = /\[(\d+)\]|\["((?:[^"])*)"\]|\.?([^.[\]]+)/g;

/* "statuses.alarm.go[0].when" -> ["statuses", "alarm", "go", 0, "when"]. */
export function pathOf(place) {
  return [...place.matchAll(STEP)].map(([, position, quoted, plain]) => (position ? Number(position) : quoted ?? plain));
}

export class Problems {
  /* Each problem has a place and a text. */
  constructor(list = []) {
    this.list = list.map((problem) => ({ ...problem, path: pathOf(problem.place) }));
  }

  /* Texts of what is wrong at exactly this path. */
  at(path) {
    return this.list.filter((problem) => isEqual(problem.path, path)).map(({ text }) => text);
  }

  /* Texts of what is wrong at a path or in it, but at none of the fields that are `shown` there. */
  besides(path, shown) {
    const isShown = (problem) => shown.some((field) => isEqual(problem.path, field));
    return this.inside(path).filter((problem) => !isShown(problem)).map(({ text }) => text);
  }

  inside(path) {
    return this.list.filter((problem) => isEqual(problem.path.slice(0, path.length), path));
  }
}

function isEqual(one, other) {
  return one.length === other.length && one.every((step, index) => String(step) === String(other[index]));
}
