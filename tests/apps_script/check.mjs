/* Types and style of apps_script/, as `make check` asks. The script inside Sidebar.html is laid beside Code.js, at the
   lines where it stands in the page, so that a complaint names the right one. Exit status 1 where there is any. */

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const scripts = join(here, '..', '..', 'apps_script');

function scriptOf(page) {
  const [before, inside] = page.split(/<script>(?=\n)/);
  return '\n'.repeat(before.split('\n').length - 1) + inside.split('</script>')[0];
}

function run(tool, ...given) {
  const { status } = spawnSync(join(here, 'node_modules', '.bin', tool), given, { cwd: here, stdio: 'inherit' });
  return status === 0;
}

mkdirSync(join(here, 'build', 'code'), { recursive: true });
mkdirSync(join(here, 'build', 'page'), { recursive: true });
copyFileSync(join(scripts, 'Code.js'), join(here, 'build', 'code', 'Code.js'));
writeFileSync(join(here, 'build', 'page', 'Sidebar.js'), scriptOf(readFileSync(join(scripts, 'Sidebar.html'), 'utf8')));

const passed = [
  run('tsc', '-p', 'tsconfig.code.json'),
  run('tsc', '-p', 'tsconfig.page.json'),
  run('eslint', '--max-warnings=0', 'build'),
];
process.exit(passed.every(Boolean) ? 0 : 1);
