import type { AppStore } from '../store/create-store.ts';

/** As in https://wicg.github.io/web-app-launch/, which TypeScript does not know: installed applications get files by it. */
interface LaunchWindow {
  readonly launchQueue?: {
    setConsumer(consumer: (launch: { readonly files: readonly FileSystemFileHandle[] }) => void): void;
  };
}

/** Opens the files with which the system starts the installed application ("open with"). */
export function openLaunchedFiles(store: AppStore): void {
  const { open, fail } = store.getState().actions;
  (window as LaunchWindow).launchQueue?.setConsumer(({ files: handles }) => {
    if (handles.length === 0) return;
    Promise.all(handles.map((handle) => handle.getFile()))
      .then((files) => open(files, handles))
      .catch(fail);
  });
}
