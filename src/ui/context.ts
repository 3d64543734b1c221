import { createContext, type RefObject, useContext } from 'react';
import { useStore } from 'zustand';
import type { Engine } from '../services/engine.ts';
import type { AppStore } from '../store/create-store.ts';
import type { Actions, AppState } from '../store/state.ts';
import type { Viewer } from '../viewer/viewer.ts';

export const StoreContext = createContext<AppStore | null>(null);

/** Where the map gets its tiles: the one thing that goes around the store. */
export const TilesContext = createContext<Pick<Engine, 'displayTile'> | null>(null);

/** The viewer on the page, once it is there; for what only it can do (pictures, zoom). */
export const ViewerContext = createContext<RefObject<Viewer | null>>({ current: null });

export function useAppStore(): AppStore {
  const store = useContext(StoreContext);
  if (store === null) throw new Error('A component stands outside its StoreContext.');
  return store;
}

/** The part of the state that a component shows; it renders again when that part changes. */
export function useApp<T>(select: (state: AppState) => T): T {
  return useStore(useAppStore(), select);
}

export function useActions(): Actions {
  return useAppStore().getState().actions;
}
