namespace Pipeline.Policy.Lists;

/// <summary>What the items of a list are compared with.</summary>
public enum ListKind
{
    Domain = 0,
    Host = 1,
    Address = 2,
    LocalPart = 3,
}
