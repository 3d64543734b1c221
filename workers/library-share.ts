import { PipelineError, throwIfAborted } from '../src/pipeline/errors.ts';
import { openScene } from '../src/pipeline/ingest/open.ts';
import { type ComparisonRecord, requireDescribed } from '../src/pipeline/library/record.ts';
import {
  FOLDER_STYLE,
  folderPage,
  SHARED_IMAGES,
  VIEWER_FILES,
  type ViewAttributes,
  viewAttributes,
} from '../src/pipeline/library/share.ts';
import type { ByteSink } from '../src/pipeline/output/sink.ts';
import { phrase } from '../src/pipeline/phrase.ts';
import { leavingNone, requestWhole } from '../src/pipeline/request.ts';
import { comparisonImages, readLibraryRecord } from './library-files.ts';
import { writeZip } from './library-zip.ts';

/** Most bytes of one of the viewer's files. */
const MAX_VIEWER_FILE = 2 ** 26;

/**
 * How a reader that has nothing but the files shows the view that was saved.
 * @throws PipelineError `library/*`, `file/*`
 */
export async function sharedView(record: ComparisonRecord, signal: AbortSignal): Promise<ViewAttributes> {
  const { view, interpretation } = record;
  const images = await comparisonImages(record);
  const [bare, kept] = await Promise.all([
    openScene(images['before.tif'], {}, signal),
    openScene(images['before.tif'], { overrides: interpretation }, signal),
  ]);
  requireDescribed(bare.scene, record.scene);
  const shown = ({ scene }: typeof bare) => view.bands.map((band) => scene.bands[band]);
  return viewAttributes(view, shown(kept), shown(bare));
}

/**
 * Writes a folder that shows one comparison, as a ZIP file: images, viewer, and a page.
 * @param viewer address of the application, whose embed.html goes along
 * @throws PipelineError `library/*`, `output/*`, `embed/not-loaded`, `job/cancelled`
 */
export async function writeFolder(
  id: string,
  viewer: string,
  sink: ByteSink,
  onShare: (share: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const record = await readLibraryRecord(id);
  const images = await comparisonImages(record);
  const view = await sharedView(record, signal);
  const programs = await viewerFiles(viewer, signal);
  const entries = [
    { name: 'index.html', input: folderPage(record, view) },
    { name: 'page.css', input: FOLDER_STYLE },
    ...programs,
    ...Object.values(SHARED_IMAGES).map((path) => ({
      name: path,
      input: images[path.replace('images/', '') as keyof typeof images],
    })),
  ];
  const total = Object.values(images).reduce((sum, { size }) => sum + size, 1e6);
  await writeZip(entries, sink, (position) => onShare(Math.min(1, position / total)), signal);
}

/**
 * The files of the viewer itself, from the application's own host.
 * @throws PipelineError `embed/not-loaded`, `job/cancelled`
 */
export function viewerFiles(viewer: string, signal: AbortSignal): Promise<{ name: string; input: Blob }[]> {
  const files = (signal: AbortSignal) =>
    VIEWER_FILES.map(async (name) => ({ name, input: await viewerFile(new URL(name, viewer), signal) }));
  return leavingNone((signal) => Promise.all(files(signal)), signal);
}

async function viewerFile(address: URL, signal: AbortSignal): Promise<Blob> {
  const file = await requestWhole(address, MAX_VIEWER_FILE, signal).catch(() => null);
  if (file) return file;
  throwIfAborted(signal);
  throw new PipelineError(
    'embed/not-loaded',
    phrase('The viewer that goes into the folder could not be loaded.'),
    phrase('Check the connection and try again.'),
  );
}
