using System.Globalization;
using Pipeline.Fuzz;

// Usage: Pipeline.Fuzz [target ...] [--count N] [--seed S]
// Without a target: all of them. Exit status 0 when nothing was found, 1 when something was, 2 for wrong usage or a target that hangs.
var count = 100_000;
var seed = Environment.TickCount;
var names = new List<string>();
for (var i = 0; i < args.Length; i++)
{
    if (args[i] is "--count" or "--seed")
    {
        if (i + 1 == args.Length || !int.TryParse(args[i + 1], NumberStyles.Integer, CultureInfo.InvariantCulture, out var value))
        {
            return Usage($"{args[i]} needs a number");
        }

        (count, seed) = args[i] == "--count" ? (value, seed) : (count, value);
        i++;
    }
    else if (Targets.All.Any(target => target.Name == args[i]))
    {
        names.Add(args[i]);
    }
    else
    {
        return Usage($"no target \"{args[i]}\"");
    }
}

var findings = 0;
foreach (var target in Targets.All.Where(target => names.Count == 0 || names.Contains(target.Name)))
{
    findings += new FuzzRun(target, count, seed, Console.Out).Execute();
}

return findings == 0 ? 0 : 1;

static int Usage(string problem)
{
    Console.Error.WriteLine(problem);
    Console.Error.WriteLine("usage: Pipeline.Fuzz [target ...] [--count N] [--seed S]");
    Console.Error.WriteLine($"targets: {string.Join(' ', Targets.All.Select(target => target.Name))}");
    return 2;
}
