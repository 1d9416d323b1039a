/**
 * Which rows of a long list are drawn, and how much room the others take. Pure: it touches no page.
 *
 * Rows have the heights that were measured, or a guess until they are drawn. What was measured of a row is known again
 * when it comes back. Sums are kept up to the first row that has changed, so adding at the end costs nothing.
 */

export interface Span {
  readonly first: number;
  /** The one after the last. */
  readonly end: number;
}

/** Drawn rows come and go by so many, so that scrolling a little redraws nothing. */
export const STEP = 8;

export class Rows {
  readonly #guess_px: number;
  #ids: readonly number[] = [];
  #measured = new Map<number, number>();
  /** Where each row ends; right up to `#right`. */
  #ends: number[] = [];
  #right = 0;

  constructor(guess_px: number) {
    this.#guess_px = guess_px;
  }

  get count(): number {
    return this.#ids.length;
  }

  /** These are the rows now. */
  show(ids: readonly number[]): void {
    let same = 0;
    const most = Math.min(this.#right, ids.length);
    // Rows come at the end, or all are others: what begins alike is alike up to where the old ones ended.
    if (ids[0] === this.#ids[0] && ids[most - 1] === this.#ids[most - 1]) same = most;
    this.#ids = ids;
    this.#right = same;
  }

  /** Note how high a row is; whether that is news. */
  measure(index: number, height_px: number): boolean {
    const id = this.#ids[index];
    if (id === undefined || this.#measured.get(id) === height_px) return false;
    this.#measured.set(id, height_px);
    this.#right = Math.min(this.#right, index);
    return true;
  }

  /** All rows are of another width now. */
  forget(): void {
    this.#measured.clear();
    this.#right = 0;
  }

  /** Where a row begins; the height of all of them for the one after the last. */
  top(index: number): number {
    this.#sum(index);
    return index <= 0 ? 0 : (this.#ends[Math.min(index, this.count) - 1] ?? 0);
  }

  total(): number {
    return this.top(this.count);
  }

  /** The row at this height from the beginning, or the nearest. */
  at(y_px: number): number {
    this.#sum(this.count);
    let low = 0;
    let high = Math.max(0, this.count - 1);
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ends[middle] ?? 0) <= y_px) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** What has to be drawn to fill a view at `y_px`, and `beyond_px` around it. */
  span(y_px: number, view_px: number, beyond_px: number): Span {
    if (this.count === 0) return { first: 0, end: 0 };
    const first = this.at(y_px - beyond_px);
    const end = this.at(y_px + view_px + beyond_px) + 1;
    return { first: first - (first % STEP), end: Math.min(this.count, Math.ceil(end / STEP) * STEP) };
  }

  #sum(until: number): void {
    let end = this.#right === 0 ? 0 : (this.#ends[this.#right - 1] ?? 0);
    const last = Math.min(until, this.count);
    for (let index = this.#right; index < last; index += 1) {
      end += this.#measured.get(this.#ids[index] ?? 0) ?? this.#guess_px;
      this.#ends[index] = end;
    }
    this.#right = Math.max(this.#right, last);
  }
}
