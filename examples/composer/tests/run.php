<?php

require __DIR__ . '/../vendor/autoload.php';

use Monolog\Handler\TestHandler;
use Monolog\Logger;
use Pages\Page;
use Pages\Site;
use Symfony\Component\HttpFoundation\Request;

function check(bool $holds, string $what): void
{
    echo $holds ? 'ok' : 'FAILED', " - $what\n";
    $holds || exit(1);
}

$page = new Page("# Hello\n\n| a | b |\n|---|---|\n| 1 | <2> |\n");
check($page->title() === 'Hello', 'the title is the first heading');
check(str_contains($page->html(), '<td>&lt;2&gt;</td>'), 'a table, whose HTML is escaped');
check($page->id() === (new Page("# Hello\n\n| a | b |\n|---|---|\n| 1 | <2> |\n"))->id(), 'one text has one id');

$log = new TestHandler();
$site = new Site(new Logger('test', [$log]));
$response = $site->handle(Request::create('/pages', 'POST', content: '*hi*'));
check(str_contains($response->getContent(), '<em>hi</em>'), 'a page comes back as HTML');
check($log->hasInfoThatContains('rendered'), 'which is logged');
check($site->handle(Request::create('/nothing'))->getStatusCode() === 404, 'other pages are not there');
