"""The action names that the ApiKeyRestrictions page lists as the valid ones.

Its pattern admits many more; which of the two the service enforces is unrecorded.
"""

from __future__ import annotations

LISTED = frozenset(
    {
        "geo:GetMap*",
        "geo-maps:GetTile",
        "geo-maps:GetStaticMap",
        "geo-maps:*",
        "geo:SearchPlaceIndexForText",
        "geo:SearchPlaceIndexForPosition",
        "geo:SearchPlaceIndexForSuggestions",
        "geo:GetPlace",
        "geo-places:Geocode",
        "geo-places:ReverseGeocode",
        "geo-places:SearchNearby",
        "geo-places:SearchText",
        "geo-places:Autocomplete",
        "geo-places:Suggest",
        "geo-places:GetPlace",
        "geo-places:*",
        "geo:CalculateRoute",
        "geo:CalculateRouteMatrix",
        "geo-routes:CalculateRoutes",
        "geo-routes:CalculateRouteMatrix",
        "geo-routes:CalculateIsolines",
        "geo-routes:OptimizeWaypoints",
        "geo-routes:SnapToRoads",
        "geo-routes:*",
    }
)
"""The page prints ``GetPlace`` without its prefix once, which its own pattern refuses."""
