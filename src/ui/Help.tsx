import { THEMES, type Theme } from '../store/preferences.ts';
import { SHORTCUTS } from '../store/shortcuts.ts';
import { useActions, useApp } from './context.ts';
import { Dialog } from './Dialog.tsx';
import './help.css';
import { type Phrase, phrase } from '../pipeline/phrase.ts';
import { t } from '../texts/texts.ts';

const THEME_NAMES: Readonly<Record<Theme, Phrase>> = {
  system: phrase('As the device has it'),
  light: phrase('Light'),
  dark: phrase('Dark'),
};

/** What each key does, and how the page looks. */
export default function Help() {
  const theme = useApp((state) => state.theme);
  const singleKeys = useApp((state) => state.singleKeys);
  const { setTheme, setSingleKeys, showDialog } = useActions();
  return (
    <Dialog title={t('Keys and colours')}>
      <table className="keys">
        <caption className="visually-hidden">{t('Keys')}</caption>
        <tbody>
          {SHORTCUTS.map(({ keys, words }) => (
            <tr key={words.text}>
              <th scope="row">
                {keys.map((key) => (
                  <kbd key={key}>{key.length === 1 ? key.toUpperCase() : key}</kbd>
                ))}
              </th>
              <td>{t(words)}</td>
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
        <span>{t('Single keys work; without, only Escape and those with Ctrl do')}</span>
      </label>
      <fieldset className="themes">
        <legend>{t('Colours')}</legend>
        {THEMES.map((name) => (
          <label key={name}>
            <input type="radio" name="theme" checked={theme === name} onChange={() => setTheme(name)} />
            {t(THEME_NAMES[name])}
          </label>
        ))}
      </fieldset>
      <button type="button" className="button small" onClick={() => showDialog('networks')}>
        {t('About the networks')}
      </button>
    </Dialog>
  );
}
