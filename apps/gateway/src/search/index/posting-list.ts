/** Which documents hold a word, how much it weighs in each, and in which fields it stands: three parallel columns. */
export class PostingList {
  documents: Uint32Array = new Uint32Array(2);
  weights: Float32Array = new Float32Array(2);
  masks: Uint8Array = new Uint8Array(2);
  /** Entries, those of removed documents included. */
  length = 0;
  /** Documents that still exist. */
  liveCount = 0;

  push(document: number, weight: number, mask: number): void {
    if (this.length === this.documents.length) {
      this.#grow();
    }
    this.documents[this.length] = document;
    this.weights[this.length] = weight;
    this.masks[this.length] = mask;
    this.length += 1;
    this.liveCount += 1;
  }

  #grow(): void {
    const capacity = this.documents.length * 2;
    this.documents = copyInto(new Uint32Array(capacity), this.documents);
    this.weights = copyInto(new Float32Array(capacity), this.weights);
    this.masks = copyInto(new Uint8Array(capacity), this.masks);
  }
}

function copyInto<T extends Uint32Array | Float32Array | Uint8Array>(target: T, source: T): T {
  target.set(source);
  return target;
}
