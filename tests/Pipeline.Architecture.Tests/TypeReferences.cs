using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Pipeline.Architecture.Tests;

/// <summary>Reads from an assembly's metadata which foreign types its code names.</summary>
internal static class TypeReferences
{
    /// <param name="scope">The assembly the types come from; null for any.</param>
    public static IReadOnlyList<string> Of(Assembly assembly, string? scope = null)
    {
        using var file = File.OpenRead(assembly.Location);
        using var image = new PEReader(file);
        var reader = image.GetMetadataReader();
        var names = new List<string>();
        foreach (var handle in reader.TypeReferences)
        {
            var type = reader.GetTypeReference(handle);
            if (type.ResolutionScope.Kind != HandleKind.AssemblyReference)
            {
                continue;
            }

            var from = reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name);
            if (scope is null || from == scope)
            {
                names.Add($"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}");
            }
        }

        return names;
    }
}
