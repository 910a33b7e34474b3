// An application whose cache is watched: it does what its standard input says, a line each, and tells what came of it
// on its standard output. tests/ring/applications.py starts three of them. Options are those of the section "Henge".
using Henge;
using Henge.Caching;
using Henge.Witness;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
builder.Logging.ClearProviders().AddSimpleConsole(line =>
    (line.SingleLine, line.TimestampFormat) = (true, "HH:mm:ss.fff "));
builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
    console => console.LogToStandardErrorThreshold = LogLevel.Trace);
builder.Services.AddHenge(builder.Configuration.GetSection("Henge"));

using IHost host = builder.Build();
await host.StartAsync();
HengeNode node = host.Services.GetRequiredService<HengeNode>();
HengeCache cache = host.Services.GetRequiredService<HengeCache>();
var fills = new Fills(cache);
var history = new History(cache, node);
Console.WriteLine("started");

// On a thread of the pool: reading lines holds up its thread.
await Task.Run(async () =>
{
    while (Console.ReadLine() is { } line)
    {
        string[] words = line.Split(' ');
        switch (words[0])
        {
            case "ring":
                Console.WriteLine(await RingLook.DescribeAsync(node));
                break;
            case "owner":
                Console.WriteLine($"owner {words[1]} {RingLook.OwnerOf(node, words[1])}");
                break;
            case "fill":
                fills.Begin(words[1], int.Parse(words[2]), words[3]);
                break;
            case "go":
                fills.Go(words[1]);
                break;
            case "record":
                history.Begin(int.Parse(words[1]), words[2..]);
                Console.WriteLine("recording");
                break;
            case "halt":
                await history.HaltAsync();
                Console.WriteLine("halted");
                break;
            case "end":
                await history.EndAsync(words[1]);
                Console.WriteLine("ended");
                break;
            default:
                throw new ArgumentException($"What is {words[0]}?");
        }
    }
});
await host.StopAsync();
