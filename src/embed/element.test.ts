import { expect, it } from 'vitest';
import { UncloudedSwipe } from './element.ts';

it.each(['mask', 'provenance', 'poster', 'swipe', 'bands', 'stretch', 'gamma', 'overlay', 'view'])(
  'the attribute %s is a property, to be read and set',
  (name) => {
    expect(Object.getOwnPropertyDescriptor(UncloudedSwipe.prototype, name)).toMatchObject({
      get: expect.any(Function),
      set: expect.any(Function),
    });
  },
);
