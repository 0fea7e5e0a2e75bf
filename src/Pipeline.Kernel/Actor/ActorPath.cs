using System.Text;

namespace Pipeline.Kernel.Actor;

/// <summary>
/// The place of an actor in the tree, <c>akka://system/user/parent/child</c>, and the uid of one incarnation of it.
/// Two paths are equal when their names are; the uid only tells incarnations (and so references) apart.
/// </summary>
public sealed class ActorPath : IEquatable<ActorPath>
{
    private readonly ActorPath? _parent;

    private ActorPath(Address address, ActorPath? parent, string name, long uid)
    {
        Address = address;
        _parent = parent;
        Name = name;
        Uid = uid;
    }

    public Address Address { get; }

    public string Name { get; }

    /// <summary>Number of this incarnation, unique within its system; 0 for paths that never had an actor.</summary>
    public long Uid { get; }

    /// <summary>The enclosing path; the root is its own parent.</summary>
    public ActorPath Parent => _parent ?? this;

    internal static ActorPath Root(Address address) => new(address, null, "", 0);

    internal ActorPath Child(string name, long uid) => new(Address, this, name, uid);

    public string ToStringWithoutAddress()
    {
        if (_parent is null)
        {
            return "/";
        }

        var text = new StringBuilder();
        AppendTo(text);
        return text.ToString();
    }

    public bool Equals(ActorPath? other)
    {
        ActorPath? left = this;
        ActorPath? right = other;
        while (!ReferenceEquals(left, right))
        {
            if (left is null || right is null || left.Name != right.Name)
            {
                return false;
            }

            if (left._parent is null && right._parent is null)
            {
                return left.Address == right.Address;
            }

            left = left._parent;
            right = right._parent;
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as ActorPath);

    public override int GetHashCode() => _parent is null
        ? Address.GetHashCode()
        : HashCode.Combine(_parent.Name, Name);

    public static bool operator ==(ActorPath? left, ActorPath? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(ActorPath? left, ActorPath? right) => !(left == right);

    public override string ToString() => Address + ToStringWithoutAddress();

    private void AppendTo(StringBuilder text)
    {
        if (_parent is not null)
        {
            _parent.AppendTo(text);
            text.Append('/').Append(Name);
        }
    }
}
