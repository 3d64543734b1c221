import { t } from '../../texts/texts.ts';
import { percent } from '../words.ts';

/** What is said of a cancelled run that can be continued, and on the button that does so, by the share of it that is done. */
export function continueWords(done: number): { readonly said: string; readonly button: string } {
  return done === 1
    ? {
        said: t('It was cancelled when all was computed. Show the result, or start over.'),
        button: t('Show the result: all is computed'),
      }
    : {
        said: t('What was repaired so far stays on the map. Continue, or start over.'),
        button: t('Continue where it stopped ({{share}} done)', { share: percent(done) }),
      };
}
