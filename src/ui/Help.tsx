import { THEMES, type Theme } from '../store/preferences.ts';
import { SHORTCUTS } from '../store/shortcuts.ts';
import { useActions, useApp } from './context.ts';
import { Dialog } from './Dialog.tsx';
import './help.css';

const THEME_NAMES: Readonly<Record<Theme, string>> = {
  system: 'As the device has it',
  light: 'Light',
  dark: 'Dark',
};

/** What each key does, and how the page looks. */
export default function Help() {
  const theme = useApp((state) => state.theme);
  const singleKeys = useApp((state) => state.singleKeys);
  const { setTheme, setSingleKeys, showDialog } = useActions();
  return (
    <Dialog title="Keys and colours">
      <table className="keys">
        <caption className="visually-hidden">Keys</caption>
        <tbody>
          {SHORTCUTS.map(({ keys, words }) => (
            <tr key={words}>
              <th scope="row">
                {keys.map((key) => (
                  <kbd key={key}>{key.length === 1 ? key.toUpperCase() : key}</kbd>
                ))}
              </th>
              <td>{words}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <label className="check single-keys">
        <input
          type="checkbox"
          checked={singleKeys}
          onChange={(event) => setSingleKeys(event.target.checked)}
        />
        <span>Single keys work; without, only Escape and those with Ctrl do</span>
      </label>
      <fieldset className="themes">
        <legend>Colours</legend>
        {THEMES.map((name) => (
          <label key={name}>
            <input type="radio" name="theme" checked={theme === name} onChange={() => setTheme(name)} />
            {THEME_NAMES[name]}
          </label>
        ))}
      </fieldset>
      <button type="button" className="button small" onClick={() => showDialog('networks')}>
        About the networks
      </button>
    </Dialog>
  );
}
