import { DEFAULT_SETTINGS } from '../pipeline/events.ts';
import { ROLE_NAMES } from './arguments.ts';

/** Text of `unclouded --help`. */
export const HELP = `Takes the clouds out of satellite GeoTIFFs, on this machine.

Usage
  unclouded INPUT... [-o OUTPUT] [options]

  unclouded scene.tif -o clear.tif
  unclouded june.tif --date may.tif --date july.tif -o clear.tif
  unclouded "scenes/**/*.tif" -o cleared/ --mask --jobs 4 --report report.json
  unclouded https://example.org/scene.tif -o clear.tif

INPUT is a GeoTIFF, a folder with the single-band GeoTIFFs of one scene, a pattern (*, ?, [abc], {a,b}, **;
quote it, so that the shell does not expand it), or the address of a GeoTIFF on a server that answers range
requests. Nothing else touches the network.

Output
  -o, --output PATH         a file for one input, a folder for several; by default NAME-unclouded.tif beside
                            the input (in the current folder for an address)
      --mask                also write NAME-mask.tif: clear, thin cloud, thick cloud, shadow
      --provenance          also write NAME-provenance.tif: observed, corrected or generated; with --date
                            also NAME-date.tif: which date each pixel came from
      --confidence          also write NAME-confidence.tif: 0 to 100 percent
      --report FILE         write a JSON report of all scenes; - for standard output
      --report-html FILE    the same as a page with pictures, plots, settings and checksums, all in one file
      --overwrite           replace files that exist; otherwise they are never touched
      --resume              keep what is done when a run stops before its end, and go on from it the next
                            time the same command is given

Finding and repairing
      --mask-source SOURCE  network (default), quality-band (a band such as SCL or QA_PIXEL in the file),
                            or union of both
      --cloud-threshold P   probability from which a pixel counts as cloud, 0 to 1 (${DEFAULT_SETTINGS.cloudThreshold})
      --shadow-threshold P  the same for shadow (${DEFAULT_SETTINGS.shadowThreshold})
      --own-mask FILE       a mask of your own instead of what is found: a GeoTIFF of any grid (0 and 1, or
                            classes) or a GeoJSON; the buffer grows it, too
      --buffer PIXELS       grow the mask by this much, 0 to 32 (${DEFAULT_SETTINGS.bufferPixels})
      --feather PIXELS      fade the repair in over this much, 0 to the buffer (${DEFAULT_SETTINGS.featherPixels})
      --light               the light generator: less arithmetic, a little further from the truth
      --date FILE           another date of the area, on any grid; once or more, or a pattern: what it saw
                            fills what is cloudy in the scene
      --composite METHOD    put all dates together instead of repairing the scene: least-cloudy, medoid or
                            median of what is clear; clear pixels of the scene may be replaced, too

How good it is (PSNR on the terminal, all figures in the report)
      --self-check          put simulated clouds on clear parts of each scene, repair them, and measure what
                            comes back: the error to expect in this scene
      --reference FILE      a clear picture of the same area, on any grid: measure the error against it

Understanding the input (by default worked out from the file; the report tells how and why)
      --bands ROLES         what each band is, in order, e.g. blue,green,red,nir
      --scale NUMBER        reflectance = sample * scale + offset
      --offset NUMBER       write a negative one as --offset=-0.1
      --nodata VALUE        the sample that means no data: a number, nan, or none

Machine
  -j, --jobs N              scenes at a time (1)
  -t, --threads N           threads for the networks of each scene (1 or 2, as processors allow)
  -q, --quiet               say nothing but errors
  -h, --help                this text
      --version             the version

Roles of bands
${wrapped(ROLE_NAMES)}

Exit codes
  0 done, 1 error (other scenes are still processed), 2 the command cannot be understood, 130 cancelled by
  Ctrl-C, 143 ended by SIGTERM, 129 by a terminal that was closed. A result appears under its name only when
  it is complete.
`;

function wrapped(words: readonly string[], width = 104): string {
  const lines = [''];
  for (const word of words) {
    const last = lines.length - 1;
    if (lines[last].length + word.length + 2 > width) lines.push('');
    lines[lines.length - 1] += `${lines[lines.length - 1] ? ' ' : '  '}${word}`;
  }
  return lines.join('\n');
}
