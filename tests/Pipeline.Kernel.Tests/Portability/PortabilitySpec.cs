using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Pipeline.Kernel.Tests.Portability;

/// <summary>
/// Actor sources may use what <see cref="AkkaSurface"/> lists and nothing else: the stub offers exactly that, the kernel all of it,
/// and the sources have been compiled against the stub.
/// </summary>
public sealed class PortabilitySpec
{
    private const BindingFlags Visible =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly string[] ObjectMembers =
    [
        "ToString", "Equals", "GetHashCode", "GetType", "MemberwiseClone", "Finalize", "Deconstruct", "PrintMembers", "EqualityContract", "value__",
    ];

    private static readonly Assembly Stub = typeof(Akka.Actor.ActorSystem).Assembly;

    public static TheoryData<string> Types => [.. AkkaSurface.Members.Keys];

    [Fact]
    public void Stub_offers_exactly_the_listed_types() => Assert.Equal(
        AkkaSurface.Members.Keys.Order(StringComparer.Ordinal),
        Stub.GetExportedTypes().Where(static type => !IsHolder(type)).Select(NameOf).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Types))]
    public void Stub_and_kernel_offer_the_listed_members(string type)
    {
        string[] listed = AkkaSurface.Members[type];
        Assert.Equal(listed.Order(StringComparer.Ordinal), MembersOf(Stub, "Akka.", type, inherited: false).Order(StringComparer.Ordinal));
        Assert.Empty(listed.Except(MembersOf(typeof(ActorSystem).Assembly, "Pipeline.Kernel.", type, inherited: true)));
    }

    [Fact]
    public void Actor_sources_were_compiled_against_the_stub_and_not_against_the_kernel()
    {
        string file = Path.Combine(
            AppContext.BaseDirectory.Replace("Pipeline.Kernel.Tests", "Pipeline.Actors.AkkaPortability", StringComparison.Ordinal),
            "Pipeline.Actors.AkkaPortability.dll");
        using var image = new PEReader(File.OpenRead(file));
        MetadataReader metadata = image.GetMetadataReader();
        string[] references = [.. metadata.AssemblyReferences.Select(
            handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
        Assert.Contains("Pipeline.Kernel.AkkaStub", references);
        Assert.DoesNotContain("Pipeline.Kernel", references);
    }

    /// <summary>Extension members count as members of what they extend: an author cannot tell the difference.</summary>
    private static string[] MembersOf(Assembly assembly, string prefix, string name, bool inherited)
    {
        Type type = assembly.GetExportedTypes().Single(candidate => NameOf(candidate) == name && candidate.FullName!.StartsWith(prefix, StringComparison.Ordinal));
        IEnumerable<string> own = (inherited ? Hierarchy(type, assembly) : [type]).SelectMany(static level => level.GetMembers(Visible))
            .Where(static member => IsVisible(member)).Select(static member => member.Name);
        IEnumerable<string> extensions = assembly.GetExportedTypes().Where(IsHolder)
            .SelectMany(static holder => holder.GetMethods(BindingFlags.Public | BindingFlags.Static))
            .Where(method => Extended(method) == name)
            .Select(static method => method.Name);
        return [.. own.Concat(extensions).Distinct().Except(ObjectMembers)];
    }

    private static IEnumerable<Type> Hierarchy(Type type, Assembly assembly)
    {
        for (Type? level = type; level is not null && level.Assembly == assembly; level = level.BaseType)
        {
            yield return level;
        }

        foreach (Type contract in type.GetInterfaces().Where(contract => contract.Assembly == assembly))
        {
            yield return contract;
        }
    }

    private static bool IsVisible(MemberInfo member) => member switch
    {
        MethodInfo method => !method.IsSpecialName && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly),
        PropertyInfo property => property.GetMethod is { } get && (get.IsPublic || get.IsFamily || get.IsFamilyOrAssembly),
        FieldInfo field => field.IsPublic,
        _ => false,
    };

    private static bool IsHolder(Type type) => type is { IsAbstract: true, IsSealed: true }
        && type.GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Any(static method => method.IsDefined(typeof(System.Runtime.CompilerServices.ExtensionAttribute), false));

    private static string Extended(MethodInfo method)
    {
        Type receiver = method.GetParameters()[0].ParameterType;
        return receiver.Namespace?.Contains("Kernel", StringComparison.Ordinal) == true || receiver.Namespace?.StartsWith("Akka", StringComparison.Ordinal) == true
            ? NameOf(receiver)
            : receiver.Name;
    }

    private static string NameOf(Type type) => type.FullName!
        .Replace("Pipeline.Kernel.", "", StringComparison.Ordinal)
        .Replace("Akka.", "", StringComparison.Ordinal)
        .Replace('+', '.');
}
