namespace Pipeline.Architecture.Tests;

/// <summary>The move to Akka.NET is a change of global usings: nothing else may name the kernel.</summary>
public sealed class KernelNamesTests
{
    [Fact]
    public void Actors_name_the_kernel_only_in_their_global_usings()
    {
        var offenders = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Pipeline.Actors"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && Path.GetFileName(file) != "GlobalUsings.cs")
            .Where(file => File.ReadAllText(file).Contains("Pipeline.Kernel", StringComparison.Ordinal));

        Assert.Empty(offenders);
    }

    [Fact]
    public void Actors_never_leave_their_turn_by_ConfigureAwait()
    {
        var offenders = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Pipeline.Actors"), "*Actor*.cs", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("ConfigureAwait(false)", StringComparison.Ordinal));

        Assert.Empty(offenders);
    }
}
