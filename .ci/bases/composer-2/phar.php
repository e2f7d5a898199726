<?php

// Makes /build/composer.phar of the folders that Debian's packages have in /usr/share/php.

$folders = ['Composer', 'JsonSchema', 'Psr', 'React', 'Seld', 'Symfony', 'data/Composer', 'data/JsonSchema'];

$phar = new Phar('/build/composer.phar', 0, 'composer.phar');
$phar->startBuffering();
foreach ($folders as $folder) {
    $files = new RecursiveIteratorIterator(
        new RecursiveDirectoryIterator("/usr/share/php/$folder", FilesystemIterator::SKIP_DOTS)
    );
    foreach ($files as $file) {
        $phar->addFile($file->getRealPath(), 'share/php' . substr($file->getPathname(), strlen('/usr/share/php')));
    }
}
$inside = 'phar://composer.phar';
$main = file_get_contents('/usr/bin/composer');
$main = preg_replace('/^#!.*\n/', '', $main);
$main = str_replace("__DIR__ . '/../share/php", "'$inside/share/php", $main);
$phar->addFromString('bin/composer', $main);
$phar->setStub("#!/usr/bin/env php\n<?php\nPhar::mapPhar('composer.phar');\n"
    . "set_include_path('$inside/share/php');\nrequire '$inside/bin/composer';\n__HALT_COMPILER();\n");
$phar->stopBuffering();
chmod('/build/composer.phar', 0755);
