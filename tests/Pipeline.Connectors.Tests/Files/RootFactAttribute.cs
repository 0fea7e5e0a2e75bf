using Pipeline.Connectors.Files;

namespace Pipeline.Connectors.Tests.Files;

/// <summary>A test that gives files to other users.</summary>
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute() => Skip = Posix.Identity.User == 0 ? null : "only root can give a file to somebody else";
}
