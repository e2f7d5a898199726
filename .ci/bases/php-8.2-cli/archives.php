<?php

// Makes /mirror: packages.json, and below files/ what Composer would keep of https://api.github.com. Each line of
// packages.tsv has a Debian package, its name on Packagist, its repository and tags on GitHub, its namespace, where that
// is in the archive, and its licence. Debian's packages come without composer.json: what they require is read from
// Debian's dependencies.

$rows = array_map(fn ($line) => explode("\t", $line), file('/packages.tsv', FILE_IGNORE_NEW_LINES));
$names = array_column($rows, 1, 0);
$packages = [];
foreach ($rows as [$debian, $name, $tags, $namespace, $inside, $licence]) {
    $require = ['php' => '>=7.4'];
    foreach (preg_split('/[,|]\s*/', field($debian, 'Depends')) as $dependency) {
        $dependency = strtok($dependency, ' ');
        if (isset($names[$dependency])) {
            [$major, $minor] = explode('.', version($dependency));
            $require[$names[$dependency]] = "^$major.$minor";
        }
    }
    [$repository, $tag] = explode(' ', sprintf($tags, version($debian)));
    $url = "https://api.github.com/repos/$repository/zipball/$tag";
    $archive = "/mirror/files/$name/" . sha1($url) . '.zip';
    mkdir(dirname($archive), 0755, true);
    $package = [
        'name' => $name,
        'version' => $tag,
        'source' => ['type' => 'git', 'url' => "https://github.com/$repository.git", 'reference' => $tag],
        'dist' => ['type' => 'zip', 'url' => $url, 'reference' => $tag, 'shasum' => ''],
        'require' => $require,
        'type' => 'library',
        'autoload' => archive($archive, $debian, $namespace, $inside),
        'notification-url' => 'https://packagist.org/downloads/',
        'license' => [$licence],
    ];
    $packages[$name] = [$tag => $package];
}
file_put_contents('/mirror/packages.json', json_encode(['packages' => $packages], JSON_UNESCAPED_SLASHES));

function field(string $debian, string $field): string
{
    return shell_exec("dpkg-query --show --showformat='\${{$field}}' $debian");
}

function version(string $debian): string
{
    return preg_replace('/^\d+:|[-+].*/', '', field($debian, 'Version'));
}

// Writes the archive, and returns how its classes are loaded.
function archive(string $archive, string $debian, string $namespace, string $inside): array
{
    $zip = new ZipArchive();
    $zip->open($archive, ZipArchive::CREATE);
    $functions = [];
    $folder = '/usr/share/php/' . strtr($namespace, '\\', '/') . '/';
    foreach (explode("\n", shell_exec("dpkg -L $debian")) as $file) {
        // Debian has loaders of its own.
        if (!str_starts_with($file, $folder) || is_dir($file) || basename($file) === 'autoload.php') {
            continue;
        }
        $path = $inside . substr($file, strlen($folder));
        $zip->addFile($file, "package/$path");
        if (preg_match('~(^|/)functions?(/dump)?\.php$~', $path)) {
            $functions[] = $path;
        }
    }
    $zip->close();
    // Some packages have classes whose files have other names.
    $classes = str_starts_with($namespace, 'Nette') ? ['classmap' => [$inside]] : ['psr-4' => ["$namespace\\" => $inside]];
    return $functions ? ['files' => $functions] + $classes : $classes;
}
