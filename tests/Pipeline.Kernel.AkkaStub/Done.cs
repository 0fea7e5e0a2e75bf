// What of Akka.NET 1.5 the actors of this project may use: signatures only, null-oblivious as they are there. No body ever runs.
#nullable disable
namespace Akka;

public sealed class Done
{
    private Done() => throw null;
    public static readonly Done Instance;
}
