namespace Pipeline.Node.CommandLine.Exim;

/// <summary>Where a command reads and writes.</summary>
internal sealed record EximStreams(Stream Input, Stream Output, TextWriter Errors)
{
    public static EximStreams OfConsole() => new(Console.OpenStandardInput(), Console.OpenStandardOutput(), Console.Error);
}
