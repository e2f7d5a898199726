<?php

namespace Pages;

use Psr\Log\LoggerInterface;
use Symfony\Component\HttpFoundation\JsonResponse;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\Routing\Exception\ExceptionInterface;
use Symfony\Component\Routing\Matcher\UrlMatcher;
use Symfony\Component\Routing\RequestContext;
use Symfony\Component\Routing\Route;
use Symfony\Component\Routing\RouteCollection;

/** `POST /pages` takes Markdown and answers with HTML; `GET /health` is for the orchestrator. */
final class Site
{
    public function __construct(private LoggerInterface $logger)
    {
    }

    public function handle(Request $request): Response
    {
        $routes = new RouteCollection();
        $routes->add('health', new Route('/health', methods: ['GET']));
        $routes->add('pages', new Route('/pages', methods: ['POST']));
        try {
            $context = (new RequestContext())->fromRequest($request);
            $route = (new UrlMatcher($routes, $context))->match($request->getPathInfo())['_route'];
        } catch (ExceptionInterface) {
            return new JsonResponse(['error' => 'no such page'], Response::HTTP_NOT_FOUND);
        }
        if ($route === 'health') {
            return new JsonResponse(['status' => 'ok']);
        }
        $page = new Page($request->getContent());
        $this->logger->info('rendered', ['id' => $page->id()]);

        return new Response($page->html());
    }
}
