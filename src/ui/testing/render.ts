import { createElement, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import type { AppStore } from '../../store/create-store.ts';
import { StoreContext } from '../context.ts';

/** What a component shows of the store as it stands, as HTML. */
export function rendered(store: AppStore, component: ReactNode): string {
  // Outside of a browser React shows the state that a store began with.
  const value = { ...store, getInitialState: store.getState };
  return renderToStaticMarkup(createElement(StoreContext, { value }, component));
}
