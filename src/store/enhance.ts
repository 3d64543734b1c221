import { type Enhancement, NO_ENHANCEMENT } from '../pipeline/enhance/enhance.ts';
import type { ActionContext } from './context.ts';

export interface EnhanceSlice {
  /** How the pictures on the map are enhanced; the result is not. */
  readonly enhancement: Enhancement;
}

export interface EnhanceActions {
  setEnhancement(change: Partial<Enhancement>): void;
}

export const NOT_ENHANCED = { enhancement: NO_ENHANCEMENT } as const satisfies EnhanceSlice;

/** Enhancing for viewing. */
export function enhanceActions({ set }: ActionContext): EnhanceActions {
  return {
    setEnhancement: (change) => set(({ enhancement }) => ({ enhancement: { ...enhancement, ...change } })),
  };
}
