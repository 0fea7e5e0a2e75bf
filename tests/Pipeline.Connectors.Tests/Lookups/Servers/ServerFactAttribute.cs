namespace Pipeline.Connectors.Tests.Lookups.Servers;

/// <summary>A test that needs a program of this machine; skipped, with the reason printed, where it is absent.</summary>
internal abstract class ServerFactAttribute : FactAttribute
{
    protected ServerFactAttribute(string? whyNot)
    {
        Skip = whyNot;
        if (whyNot is not null)
        {
            Console.WriteLine($"skipped: {whyNot}");
        }
    }
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class MariaDbFactAttribute() : ServerFactAttribute(SharedMariaDb.WhyNot);
