/** The package's entry: defines `<unclouded-swipe>`. */
import { UncloudedSwipe } from './element.ts';

export type * from './api.ts';
export { connectFrame } from './host.ts';
export { UncloudedSwipe };

const registry = globalThis.customElements as CustomElementRegistry | undefined;
if (registry && !registry.get('unclouded-swipe')) registry.define('unclouded-swipe', UncloudedSwipe);
