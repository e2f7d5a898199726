<?php

require __DIR__ . '/../vendor/autoload.php';

use Monolog\Handler\StreamHandler;
use Monolog\Logger;
use Pages\Site;
use Symfony\Component\HttpFoundation\Request;

$logger = new Logger('pages', [new StreamHandler('php://stderr')]);
(new Site($logger))->handle(Request::createFromGlobals())->send();
