using System;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Api
{
    public static class Program
    {
        public static void Main(string[] questions)
        {
            foreach (var question in questions)
                Console.WriteLine(Answer.To(question)?.ToString() ?? $"{question} is no number from 1 to 3999");
            if (questions.Length == 0)
                Host.CreateDefaultBuilder().ConfigureWebHostDefaults(web => web.Configure(Routes)).Build().Run();
        }

        static void Routes(IApplicationBuilder app) =>
            app.UseRouting().UseEndpoints(routes => routes.MapGet("/roman/{question}", async context =>
            {
                var answer = Answer.To((string)context.Request.RouteValues["question"]);
                context.Response.StatusCode = answer is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync(answer?.ToString() ?? "null");
            }));
    }
}
