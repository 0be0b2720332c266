/** A label name and its value. */
export interface Label {
  readonly name: string;
  readonly value: string;
}
