import { PipelineError } from '../pipeline/errors.ts';
import { phrase } from '../pipeline/phrase.ts';
import { leavingNone, requestWhole } from '../pipeline/request.ts';
import type { ModelFacts } from './engine.ts';

const FOLDERS = ['detector', 'generator', 'generator-six', 'generator-light'] as const;
/** Most bytes of a card. */
const MAX_CARD = 2 ** 20;

/**
 * Reads the cards of the shipped networks.
 * @param modelsUrl address of the models' folder, with a slash at the end
 * @throws PipelineError `model/unavailable`
 */
export function readModelCards(modelsUrl: string, signal?: AbortSignal): Promise<ModelFacts[]> {
  return leavingNone(
    (signal) => Promise.all(FOLDERS.map((folder) => readCard(modelsUrl, folder, signal))),
    signal,
  );
}

async function readCard(modelsUrl: string, folder: string, signal: AbortSignal): Promise<ModelFacts> {
  try {
    const card = await requestWhole(new URL(`${modelsUrl}${folder}/card.json`), MAX_CARD, signal);
    if (!card) throw new Error('the server sent no card');
    const { name, version, parameters, macPerPixel, files } = JSON.parse(await card.text());
    const { sha256, bytes } = files['weights.bin'];
    return {
      folder,
      name,
      version,
      parameters,
      macPerPixel,
      sha256,
      bytes,
      card: `${modelsUrl}${folder}/card.html`,
    };
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw new PipelineError(
      'model/unavailable',
      phrase('What is known of the networks could not be read.'),
      phrase('Load the page again.'),
      { cause },
    );
  }
}
