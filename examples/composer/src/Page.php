<?php

namespace Pages;

use League\CommonMark\GithubFlavoredMarkdownConverter;
use Ramsey\Uuid\Uuid;
use Twig\Environment;
use Twig\Loader\FilesystemLoader;

/** A page of Markdown. Its id is made of its text: one text always gets one id. */
final class Page
{
    public function __construct(private string $markdown)
    {
    }

    public function id(): string
    {
        return Uuid::uuid5(Uuid::NAMESPACE_URL, $this->markdown)->toString();
    }

    public function title(): string
    {
        return preg_match('/^#\s+(.+)$/m', $this->markdown, $match) ? $match[1] : 'Untitled';
    }

    public function html(): string
    {
        $converter = new GithubFlavoredMarkdownConverter(['html_input' => 'escape', 'allow_unsafe_links' => false]);
        $twig = new Environment(new FilesystemLoader(__DIR__ . '/../templates'));

        return $twig->render('page.html.twig', [
            'id' => $this->id(),
            'title' => $this->title(),
            'body' => $converter->convert($this->markdown)->getContent(),
        ]);
    }
}
