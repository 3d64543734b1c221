/** What poisson.mjs measures. */
export { solvePoisson } from '../src/pipeline/dates/poisson.ts';
export { KNOWN, poissonGrids, UNKNOWN } from '../src/pipeline/dates/poisson-grids.ts';
