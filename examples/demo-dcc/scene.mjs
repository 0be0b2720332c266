/** A Maya-like scene: nodes by name, a file, unsaved changes. */
export class Scene {
  path = '/projects/shot01.ma';
  isModified = false;
  frameRange = { start: 1001, end: 1096 };
  #nodes = new Map();

  constructor() {
    this.#reset();
  }

  get nodes() {
    return [...this.#nodes.values()];
  }

  open(path) {
    this.path = path;
    this.isModified = false;
    this.#reset();
  }

  /** Adds a node; a taken name gets the next free number, as in Maya. */
  add(type, wantedName, attributes) {
    const name = this.#freeName(wantedName ?? type);
    const node = { name, type, ...attributes };
    this.#nodes.set(name, node);
    this.isModified = true;
    return node;
  }

  has(name) {
    return this.#nodes.has(name);
  }

  #freeName(wanted) {
    let name = wanted;
    for (let number = 1; this.#nodes.has(name); number += 1) {
      name = `${wanted.replace(/\d+$/, '')}${number}`;
    }
    return name;
  }

  #reset() {
    this.#nodes.clear();
    for (const [name, type] of [
      ['persp', 'camera'],
      ['shotCam', 'camera'],
      ['keyLight', 'light'],
      ['ground', 'mesh'],
    ]) {
      this.#nodes.set(name, { name, type });
    }
  }
}
