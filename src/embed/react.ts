/**
 * Types for pages in React 19: `import type {} from 'unclouded-swipe/react'` lets TSX know the element. Published as it
 * stands; it contains no code.
 */
import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { ImageSource, UncloudedSwipeElement, UncloudedSwipeEventMap } from './api.ts';

export interface UncloudedSwipeProps extends HTMLAttributes<UncloudedSwipeElement> {
  before?: ImageSource;
  after?: ImageSource;
  mask?: ImageSource;
  provenance?: ImageSource;
  poster?: string;
  /** Share of the width that shows the image before, 0 to 1. */
  swipe?: number;
  bands?: string;
  stretch?: string;
  gamma?: number | string;
  overlay?: 'mask' | 'provenance' | 'none';
  view?: string;
  onload?: (event: UncloudedSwipeEventMap['load']) => void;
  onerror?: (event: UncloudedSwipeEventMap['error']) => void;
  onswipe?: (event: UncloudedSwipeEventMap['swipe']) => void;
  onchange?: (event: UncloudedSwipeEventMap['change']) => void;
}

export type UncloudedSwipeTag = DetailedHTMLProps<UncloudedSwipeProps, UncloudedSwipeElement>;

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'unclouded-swipe': UncloudedSwipeTag;
    }
  }
}
