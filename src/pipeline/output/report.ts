import type { SelfCheck } from '../evaluate/self-check.ts';
import type { RunReport } from '../events.ts';
import type { Models } from '../networks.ts';
import {
  type Decision,
  holdsDisplayValues,
  type Notice,
  type SampleType,
  type Scene,
  type Sensor,
} from '../scene.ts';
import { VERSION } from '../version.ts';
import type { ResultPictures } from './pictures.ts';

/** What is told of a scene, without its pixels. */
export interface SceneSummary {
  readonly width: number;
  readonly height: number;
  /** `EPSG:32616`, or `LOCAL` where there is no code. */
  readonly crs: string;
  /** As the file names it. */
  readonly crsName: string;
  readonly sensor: Sensor;
  readonly sampleType: SampleType;
  /** What errors are shares of: reflectance, or display values of 0 to 255. */
  readonly values: 'reflectance' | 'display';
  /** Role of each band, in the order of the file. */
  readonly bands: readonly string[];
  readonly decisions: readonly Decision[];
  readonly notices: readonly Notice[];
}

export function summaryOf(scene: Scene): SceneSummary {
  const { grid, sensor, sampleType, bands, decisions, notices } = scene;
  return {
    width: grid.width,
    height: grid.height,
    crs: grid.crs.code,
    crsName: grid.crs.name,
    sensor,
    sampleType,
    values: holdsDisplayValues(scene) ? 'display' : 'reflectance',
    bands: bands.map((band) => band.role),
    decisions,
    notices,
  };
}

/** A file that was read; length and checksum are null where it was not read as a whole, as at an address. */
export interface ReportedFile {
  readonly name: string;
  readonly bytes: number | null;
  /** In hex. */
  readonly sha256: string | null;
}

/** All that is known of a finished scene: plain data that stands alone. */
export interface SceneReport {
  /** Version of this software. */
  readonly unclouded: string;
  /** When the report was made, ISO 8601. */
  readonly date: string;
  readonly name: string;
  readonly files: readonly ReportedFile[];
  readonly scene: SceneSummary;
  readonly models: Models;
  readonly run: RunReport;
  readonly selfCheck: SelfCheck | null;
  readonly pictures: ResultPictures;
}

/** The parts of a report, put together. */
export function sceneReport(
  scene: Scene,
  parts: Pick<SceneReport, 'files' | 'models' | 'run' | 'selfCheck' | 'pictures'>,
): SceneReport {
  return {
    unclouded: VERSION,
    date: new Date().toISOString(),
    name: scene.name,
    scene: summaryOf(scene),
    ...parts,
  };
}
