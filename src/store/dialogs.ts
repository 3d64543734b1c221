import type { ActionContext } from './context.ts';

/** What can be opened over the page, whatever is under way beneath. */
export type DialogName = 'help' | 'networks';

export interface DialogSlice {
  readonly dialog: DialogName | null;
}

export interface DialogActions {
  /** Opens a dialog in place of the one that is open; null closes it. */
  showDialog(dialog: DialogName | null): void;
}

export function dialogActions({ set }: ActionContext): DialogActions {
  return { showDialog: (dialog) => set({ dialog }) };
}
