/** The user's entries and the reserved ones. The metadata of the row are split off. */
export type Dictionary = Map<string, unknown>;

/** A dictionary that is only read. */
export type ReadonlyDictionary = ReadonlyMap<string, unknown>;
