/** The table "who may import whom" of docs/architecture.md, as rules. */
const own = (...names) =>
  names.map((n) => (n === 'workers' ? '^workers/' : n.endsWith('.ts') ? `^src/${n}$` : `^src/${n}/`));
const only = (from, allowed) => ({
  name: `${from}-imports`,
  severity: 'error',
  comment: `${from} may import only ${allowed.join(', ') || 'itself'} of ours`,
  from: { path: own(from)[0], pathNot: '\\.test\\.tsx?$|/testing/' },
  to: { path: ['^src/', '^workers/'], pathNot: own(from, ...allowed) },
});
const library = (name, pattern, homes) => ({
  name,
  severity: 'error',
  from: { path: '^(src|workers)/', pathNot: [...own(...homes), '\\.test\\.tsx?$', '/testing/'] },
  to: { path: pattern },
});

module.exports = {
  forbidden: [
    only('pipeline', []),
    only('inference', ['pipeline']),
    only('workers', ['pipeline', 'inference']),
    only('cli', ['pipeline', 'inference']),
    only('texts', ['pipeline']),
    only('store', ['services', 'pipeline', 'texts']),
    only('viewer', ['store', 'services', 'pipeline', 'texts']),
    only('ui', ['store', 'viewer', 'pipeline', 'services', 'texts']),
    only('services', ['pipeline', 'workers', 'texts']),
    only('app', ['ui', 'store', 'viewer', 'services', 'pipeline', 'texts']),
    only('embed', ['ui', 'store', 'viewer', 'services', 'pipeline', 'texts']),
    library('tensorflow-home', '@tensorflow/', ['inference']),
    library('openlayers-home', 'node_modules/ol/', ['viewer']),
    // embed/react.ts: types alone, for hosts that use React.
    library('react-home', 'node_modules/react', ['ui', 'app', 'store', 'embed/react.ts']),
    library('i18next-home', 'node_modules/i18next', ['texts']),
    library('geotiff-home', '(^|/)geotiff(/|$)', ['pipeline']),
    library('comlink-home', '(^|/)comlink(/|$)', ['services', 'workers']),
    {
      name: 'no-cycles',
      severity: 'error',
      from: { path: '^(src|workers)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-sideways-types',
      comment: 'store, ui and viewer see of services their types only',
      severity: 'error',
      from: { path: own('store', 'ui', 'viewer') },
      to: { path: ['^src/services/(?!(engine|library-types)\\.ts)', '^workers/'] },
    },
    {
      name: 'stages-run-in-workers',
      comment:
        'what the page draws with takes plain data and small functions of the pipeline, no pass and no stage',
      severity: 'error',
      from: { path: own('store', 'ui', 'viewer', 'embed'), pathNot: '\\.test\\.tsx?$' },
      to: {
        path: '^src/pipeline/(run|repair-tile|pass-[a-z-]+)\\.ts|^src/pipeline/(ingest|generate|composite|output)/',
        dependencyTypesNot: ['type-only'],
      },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(\\.cache|dist)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'default'] },
  },
};
