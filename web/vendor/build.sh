#!/bin/sh
# Copies and bundles what web/static/vendor holds, from the exact versions of package-lock.json.
# Run it after a change of package.json, and commit the result: a deploy needs no Node.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund

out=../static/vendor
version() { node -p "require('./node_modules/$1/package.json').version"; }
folder() { target="$out/$1-$(version "$1")"; rm -rf "$out/$1"-*; mkdir -p "$target"; }

folder htmx.org
cp node_modules/htmx.org/dist/htmx.min.js node_modules/htmx.org/LICENSE "$target/"

folder uplot
cp node_modules/uplot/dist/uPlot.esm.js node_modules/uplot/dist/uPlot.min.css \
    node_modules/uplot/LICENSE "$target/"
node_modules/.bin/esbuild node_modules/uplot/dist/uPlot.esm.js --minify --format=esm \
    --outfile="$target/uPlot.esm.js" --allow-overwrite --log-level=warning

folder yaml
node_modules/.bin/esbuild yaml.js --bundle --minify --format=esm --target=es2022 \
    --legal-comments=none --outfile="$target/yaml.js" --log-level=warning
cp node_modules/yaml/LICENSE "$target/"

folder leaflet
node_modules/.bin/esbuild node_modules/leaflet/dist/leaflet-src.esm.js --minify --format=esm \
    --target=es2022 --legal-comments=none --outfile="$target/leaflet.js" --log-level=warning
cp -R node_modules/leaflet/dist/leaflet.css node_modules/leaflet/dist/images \
    node_modules/leaflet/LICENSE "$target/"

folder world-atlas
node world.js > "$target/world.js"
cp node_modules/world-atlas/LICENSE "$target/"

folder codemirror
node_modules/.bin/esbuild codemirror.js --bundle --minify --format=esm --target=es2022 \
    --legal-comments=none --outfile="$target/codemirror.js" --log-level=warning
# Every bundled package is MIT; each licence is kept with the names of its authors.
for package in codemirror @codemirror/autocomplete @codemirror/commands @codemirror/lang-json \
    @codemirror/lang-yaml @codemirror/language @codemirror/lint @codemirror/search \
    @codemirror/state @codemirror/view @lezer/common @lezer/highlight @lezer/json @lezer/lr \
    @lezer/yaml @marijn/find-cluster-break crelt style-mod w3c-keyname; do
    printf '%s %s\n\n' "$package" "$(version "$package")"
    cat "node_modules/$package/LICENSE"
    printf '\n'
done > "$target/LICENSE"
