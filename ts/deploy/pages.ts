/** Lists that come in pages. */
/** As many as lists answer at once. */
export const PAGE = 50;

/** All pages of a list. */
export async function pages<T>(page: (after: T | undefined) => Promise<T[]>): Promise<T[]> {
  const found: T[] = [];
  for (;;) {
    const more = await page(found.at(-1));
    found.push(...more);
    // Whatever the list's own limit is.
    if (more.length === 0) {
      return found;
    }
  }
}
