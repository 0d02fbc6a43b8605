// Up to where the server counts. A figure that reaches its limit means "at least".

/** Open incidents of the overview. */
export const MOST_INCIDENTS = 500;
/** Runs of today, of which those that succeeded and failed are counted. */
export const MOST_RUNS = 1_000;
