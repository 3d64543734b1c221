import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createEngine, preferredBackends } from '../services/create-engine.ts';
import { saveFile } from '../services/files.ts';
import { sceneMemory } from '../services/last-scene.ts';
import { browserLibrary } from '../services/library.ts';
import { createAppStore } from '../store/create-store.ts';
import { App } from '../ui/App.tsx';
import { offlineHere } from './offline.ts';
import '../ui/styles/tokens.css';
import '../ui/styles/base.css';
import '../ui/styles/controls.css';
import '../ui/styles/frame.css';
import '../ui/styles/landing.css';
import '../ui/styles/map.css';
import '../ui/styles/panel.css';
import '../ui/styles/media.css';
import { startPage, t } from '../texts/texts.ts';
import { onActs } from '../viewer/acts.ts';
import { followAddress, initialScene } from './address.ts';
import { keepFocus } from './kept-focus.ts';
import { openLaunchedFiles } from './launched-files.ts';
import { followTheme, localPreferences } from './preferences.ts';
import { installShortcuts } from './shortcuts.ts';

await startPage(location, document.documentElement);
const engine = createEngine({ prefer: preferredBackends(location.search), onActs });
const store = createAppStore({
  engine,
  mapPatience: 10_000,
  sample: {
    name: t('Landsat 7, simulated clouds'),
    scene: new URL('samples/landsat7-olinda-simulated-clouds.tif', document.baseURI),
    truth: new URL('samples/landsat7-olinda-clear.tif', document.baseURI),
  },
  memory: sceneMemory(),
  library: browserLibrary(),
  offline: offlineHere(),
  preferences: localPreferences(),
  saveFile: ({ name, blob }) => saveFile(blob, name),
});

followTheme(store, document.documentElement);
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App store={store} tiles={engine} />
  </StrictMode>,
);
installShortcuts(store);
keepFocus();
followAddress(store);
openLaunchedFiles(store);

const { openSample, open, recall, fail } = store.getState().actions;
try {
  const asked = initialScene(location.search, document.baseURI);
  if (asked === 'sample') void openSample();
  else if (asked !== null) void open(asked);
  else void recall();
} catch (fault) {
  fail(fault);
}
