using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Pipeline.Architecture.Tests;

/// <summary>Finds in compiled code who reads a property: which types have a method that calls its getter.</summary>
internal sealed class GetterCalls
{
    private const byte Call = 0x28;
    private const byte CallVirtual = 0x6f;

    // By "Namespace.Type.Property": the outermost types that call the getter.
    private readonly Dictionary<string, SortedSet<string>> _callers = new(StringComparer.Ordinal);

    private GetterCalls()
    {
    }

    public static GetterCalls In(IEnumerable<Assembly> assemblies)
    {
        var calls = new GetterCalls();
        foreach (var assembly in assemblies)
        {
            calls.Read(assembly.Location);
        }

        return calls;
    }

    /// <summary>The full names of the outermost types that read the property.</summary>
    public IReadOnlyCollection<string> Of(Type type, string property) =>
        _callers.TryGetValue($"{(type.IsNested ? "" : type.Namespace)}.{type.Name}.{property}", out var callers) ? callers : [];

    private void Read(string path)
    {
        using var file = File.OpenRead(path);
        using var image = new PEReader(file);
        var reader = image.GetMetadataReader();
        var getters = Getters(reader);
        foreach (var handle in reader.MethodDefinitions)
        {
            var method = reader.GetMethodDefinition(handle);
            // What a record makes of itself as text is no use of it.
            if (method.RelativeVirtualAddress == 0 || reader.GetString(method.Name) == "PrintMembers")
            {
                continue;
            }

            var caller = Outermost(reader, method.GetDeclaringType());
            foreach (var getter in Calls(image.GetMethodBody(method.RelativeVirtualAddress).GetILContent(), getters))
            {
                if (!_callers.TryGetValue(getter, out var callers))
                {
                    callers = _callers[getter] = new(StringComparer.Ordinal);
                }

                callers.Add(caller);
            }
        }
    }

    // Tokens are looked for at every octet behind a call: operands that look like one are too rare to matter.
    private static IEnumerable<string> Calls(ImmutableArray<byte> code, Dictionary<int, string> getters)
    {
        for (var i = 0; i + 4 < code.Length; i++)
        {
            if (code[i] is Call or CallVirtual && getters.TryGetValue(BitConverter.ToInt32(code.AsSpan(i + 1, 4)), out var getter))
            {
                yield return getter;
            }
        }
    }

    private static Dictionary<int, string> Getters(MetadataReader reader)
    {
        var getters = new Dictionary<int, string>();
        foreach (var handle in reader.MethodDefinitions)
        {
            var method = reader.GetMethodDefinition(handle);
            Add(handle, reader.GetString(method.Name), () => FullName(reader, method.GetDeclaringType()));
        }

        foreach (var handle in reader.MemberReferences)
        {
            var member = reader.GetMemberReference(handle);
            if (member.Parent.Kind == HandleKind.TypeReference)
            {
                var type = reader.GetTypeReference((TypeReferenceHandle)member.Parent);
                Add(handle, reader.GetString(member.Name), () => $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}");
            }
        }

        return getters;

        void Add(EntityHandle handle, string name, Func<string> type)
        {
            if (name.StartsWith("get_", StringComparison.Ordinal))
            {
                getters[MetadataTokens.GetToken(handle)] = $"{type()}.{name[4..]}";
            }
        }
    }

    private static string FullName(MetadataReader reader, TypeDefinitionHandle handle)
    {
        var type = reader.GetTypeDefinition(handle);
        return $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}";
    }

    private static string Outermost(MetadataReader reader, TypeDefinitionHandle handle)
    {
        while (reader.GetTypeDefinition(handle).GetDeclaringType() is { IsNil: false } outer)
        {
            handle = outer;
        }

        return FullName(reader, handle);
    }
}
