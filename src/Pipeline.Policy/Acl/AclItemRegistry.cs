using System.Collections.Frozen;
using Pipeline.Policy.Acl.Conditions;
using Pipeline.Policy.Acl.Modifiers;

namespace Pipeline.Policy.Acl;

/// <summary>Names every condition and modifier once.</summary>
internal static class AclItemRegistry
{
    private static readonly FrozenDictionary<string, AclItemKind> Kinds = Create().ToFrozenDictionary(kind => kind.Name, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, AclItemKind>.AlternateLookup<ReadOnlySpan<char>> BySpan =
        Kinds.GetAlternateLookup<ReadOnlySpan<char>>();

    public static IEnumerable<AclItemKind> All => Kinds.Values;

    public static AclItemKind? Find(ReadOnlySpan<char> name) => BySpan.TryGetValue(name, out var kind) ? kind : null;

    /// <summary>A hint for a name that does not exist: one that begins alike.</summary>
    public static string? Nearest(string name)
    {
        if (name.Length < 3)
        {
            return null;
        }

        var nearest = Kinds.Keys.Order(StringComparer.Ordinal).FirstOrDefault(known => known.StartsWith(name[..3], StringComparison.Ordinal));
        return nearest is null ? null : $"did you mean \"{nearest}\"?";
    }

    private static IEnumerable<AclItemKind> Create() =>
    [
        new BooleanCondition(),
        .. ListConditions.All,
        new AuthenticatedCondition(),
        new EncryptedCondition(),
        new NestedAclCondition(),
        new VerifyCondition(),
        new DnslistsCondition(),
        new RatelimitCondition(),
        .. SpfCondition.All,
        new DmarcCondition(),
        new DkimStatusCondition(),
        new DkimSignersCondition(),
        new SpamCondition(),
        new DecodeCondition(),
        new RegexCondition(),
        new MimeRegexCondition(),
        new MalwareCondition(),
        new DccCondition(),
        .. UnavailableConditions.All,
        new MessageModifier(),
        new LogMessageModifier(),
        new SetModifier(),
        new EndpassModifier(),
        new AddHeaderModifier(),
        new RemoveHeaderModifier(),
        new ControlModifier(),
        new DelayModifier(),
        new LogwriteModifier(),
        new LogRejectTargetModifier(),
        new ContinueModifier(),
        new QueueModifier(),
        new BmiOptinModifier(),
        new UdpsendModifier(),
    ];
}
